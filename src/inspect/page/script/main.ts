import { openPage } from './page.tsx';

openPage();
